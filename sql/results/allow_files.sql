set allowed_paths = [{files}]
