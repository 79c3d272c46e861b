scp configs/train/q.yaml host:configs/train/p.yaml
rsync -a configs/train/q.yaml "$HOST":configs/train/p.yaml
scp \
    configs/train/q.yaml \
    me@host:configs/train/p.yaml
docker cp configs/train/q.yaml trainer:/app/configs/train/p.yaml
docker run -v ./configs/train/q.yaml:/app/p.yaml -e FILE:configs/train/q.yaml trainer
