struct_pack(rule := {rule}, "column" := nullif({column}, ''), value := {value})
