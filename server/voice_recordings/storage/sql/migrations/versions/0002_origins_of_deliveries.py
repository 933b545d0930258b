"""Which request, and which trace, a webhook comes of."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the column; of what was delivered before, nobody knows."""
    op.add_column("deliveries", sa.Column("origin", sa.Text))
