select
    imports.import_id,
    imports.source,
    imports.file,
    imports.extracted_at::date as extracted_at,
    imports.covers_from::date as covers_from,
    imports.covers_to::date as covers_to,
    imports.areas,
    imports.columns,
    imports.holes,
    imports.filtered
from cube.imports as imports
order by imports.extracted_at, imports.import_id
