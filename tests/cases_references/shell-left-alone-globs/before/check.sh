for f in configs/components/**/*.yaml; do echo "$f"; done
ls configs/components/tuner/*.yaml configs/components/{tuner,data}/dora_full.yaml
for name in a b; do python x.py configs/components/tuner/$name.yaml; done
ls *.yaml configs/fusion/*.yaml
