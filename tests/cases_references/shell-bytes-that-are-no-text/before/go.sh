echo café configs/components/o.yaml ÿ # é
