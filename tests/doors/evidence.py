from tests.doors.door import Door
from tests.factories.evidence import PDF, piece
from tests.factories.reviews import sent_item
from tests.factories.world import World
from tracker.models import Evidence, EvidenceVersion, ReviewItem
from tracker.rules.uploads import Upload
