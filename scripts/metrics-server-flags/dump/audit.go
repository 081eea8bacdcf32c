//go:build audit
// +build audit

package main

import (
	"github.com/spf13/pflag"
	genericoptions "k8s.io/apiserver/pkg/server/options"
)

func init() {
	addAudit = func(fs *pflag.FlagSet) { genericoptions.NewAuditOptions().AddFlags(fs) }
}
