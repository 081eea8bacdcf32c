//go:build tools

// Package tools names the metrics-server command, so that go.mod and go.sum pin it.
package tools

import _ "sigs.k8s.io/metrics-server/cmd/metrics-server"
