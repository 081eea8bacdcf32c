#!/bin/sh
# Builds the dump program for one release: build.sh RELEASE OUTPUT "TAGS" MODULE@VERSION…
set -eu
release=$1 output=$2 tags=$3
shift 3
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$here"/*.go "$folder"
cd "$folder"
go mod init kubelet-tls-guard.io/scripts/metrics-server-flags >/dev/null 2>&1
for module in "$@"; do go mod edit -require="$module"; done
go build -mod=mod -trimpath -tags "$tags" -ldflags "-X main.release=$release" -o "$output" .
go list -m -f '{{.Path}} {{.Version}}' github.com/spf13/pflag github.com/spf13/cobra k8s.io/apiserver k8s.io/component-base
