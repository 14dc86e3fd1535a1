/* Rows that could not be read; kept ones too, in months that lost any. */
select
    losses.source,
    losses.import_id,
    losses.month_on,
    losses.places,
    losses.columns,
    losses.fate,
    losses.row_count,
    own.covers_from::date as covers_from,
    own.covers_to::date as covers_to
from cube.row_losses as losses
inner join cube.imports as own using (import_id)
order by all
