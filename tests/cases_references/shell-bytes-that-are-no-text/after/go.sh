echo café configs/parts/o.yaml ÿ # é
