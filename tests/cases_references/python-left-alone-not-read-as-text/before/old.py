print 'x'  # configs/components/o.yaml
open('configs/components/o.yaml')
