scp configs/train/p.yaml host:configs/train/p.yaml
rsync -a configs/train/p.yaml "$HOST":configs/train/p.yaml
scp \
    configs/train/p.yaml \
    me@host:configs/train/p.yaml
docker cp configs/train/p.yaml trainer:/app/configs/train/p.yaml
docker run -v ./configs/train/p.yaml:/app/p.yaml -e FILE:configs/train/p.yaml trainer
