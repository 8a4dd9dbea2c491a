"""Every table of the house, for migrations and tests."""

from sqlmodel import SQLModel

import crm.broadcasts.followers
import crm.broadcasts.mass_sends
import crm.conversations.accounts
import crm.conversations.alarms
import crm.conversations.attachments
import crm.conversations.consents
import crm.conversations.grants
import crm.conversations.handoffs
import crm.conversations.inboxes
import crm.conversations.messages
import crm.conversations.platform_tokens
import crm.conversations.rates
import crm.conversations.unanswered
import crm.feedback
import crm.guests.newcomers
import crm.identity.joins
import crm.identity.keys
import crm.identity.pairs
import crm.properties.knowledge
import crm.properties.knowledge_changes
import crm.service_requests.lost_items
import crm.service_requests.offers
import crm.service_requests.photos
import crm.service_requests.requests
import crm.service_requests.sharing
import crm.staff.audit
import crm.staff.briefs
import crm.staff.handovers
import crm.staff.invites
import crm.staff.roster
import crm.stays.events
import crm.stays.feeds.reservations
import crm.stays.feeds.status
import crm.stays.imports.kept
import crm.stays.links
import crm.stays.quiet  # noqa: F401

metadata = SQLModel.metadata
