//go:build klogflags
// +build klogflags

package main

import "k8s.io/klog/v2"

func init() {
	goFlags = klog.InitFlags
}
