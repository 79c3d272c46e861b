scp host:configs/train/p.yaml /tmp/
rsync -a "${HOST}:configs/train/p.yaml" host::module/configs/components/o.yaml /tmp/
kubectl cp team/pod-0:configs/train/p.yaml /tmp/p.yaml
ssh-copy-id host && scp "$USER@$HOST:configs/components/o.yaml" .
