# -*- coding: rot13 -*-
p = 'configs/components/o.yaml'
