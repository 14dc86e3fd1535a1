select {rules}
from (
    select {columns}
)
