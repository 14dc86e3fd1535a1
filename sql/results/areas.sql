select code, name, kind from cube.areas
