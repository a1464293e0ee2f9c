package main

import (
	"slices"
	"testing"
)

func TestNodeStatusSaysWhatAPersonMustSeeTo(t *testing.T) {
	st := map[string]any{"alarms": []any{
		map[string]any{"rule": "F4", "text": "本节点有两个程序同时运行", "hint": "停掉多余的副本"},
		map[string]any{"text": "整体同步三次校验不符"}}}
	want := []string{"本节点有两个程序同时运行;处置: 停掉多余的副本", "整体同步三次校验不符"}
	if got := alarms(st); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got := alarms(map[string]any{}); got != nil {
		t.Errorf("no alarms: %q", got)
	}
}
