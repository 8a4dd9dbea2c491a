"""Whom to call where a house stands."""

from __future__ import annotations

from dataclasses import dataclass

from crm.properties.houses import Property


@dataclass(frozen=True, slots=True)
class EmergencyNumbers:
    ambulance: str
    fire: str
    police: str

    @property
    def is_one(self) -> bool:
        """Whether there is one number for everything."""
        return self.ambulance == self.police


# By the beginning of the house's time zone: the first that fits.
MAINLAND = EmergencyNumbers("120", "119", "110")
NUMBERS = {
    "Asia/Shanghai": MAINLAND,
    "Asia/Urumqi": MAINLAND,
    "Asia/Chongqing": MAINLAND,
    "Asia/Harbin": MAINLAND,
    "Asia/Kashgar": MAINLAND,
    "Asia/Hong_Kong": EmergencyNumbers("999", "999", "999"),
    "Asia/Macau": EmergencyNumbers("999", "999", "999"),
    "Asia/Taipei": EmergencyNumbers("119", "119", "110"),
    "Europe/": EmergencyNumbers("112", "112", "112"),
    "America/": EmergencyNumbers("911", "911", "911"),
}
ELSEWHERE = EmergencyNumbers("112", "112", "112")


def emergency_numbers(house: Property) -> EmergencyNumbers:
    return next((found for zone, found in NUMBERS.items() if house.time_zone.startswith(zone)), ELSEWHERE)
