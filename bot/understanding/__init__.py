"""Text becomes calls with slots: the recogniser asks its brains in order, from the button to the phrases."""

import os

# numpy reads it when it is first imported. A message is over before a second thread would have woken up, and the other
# work of the machine goes on meanwhile.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
