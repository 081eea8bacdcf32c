//go:build generic
// +build generic

package main

import (
	"github.com/spf13/pflag"
	genericoptions "k8s.io/apiserver/pkg/server/options"
	"k8s.io/component-base/compatibility"
)

func init() {
	var options *genericoptions.ServerRunOptions
	addGeneric = func(fs *pflag.FlagSet) {
		options = genericoptions.NewServerRunOptionsForComponent("metrics server", compatibility.NewComponentGlobalsRegistry())
		options.AddUniversalFlags(fs)
	}
	checkGeneric = func() []error { return options.Validate() }
}
