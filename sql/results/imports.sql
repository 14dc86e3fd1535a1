select * from cube.imports order by extracted_at, import_id
