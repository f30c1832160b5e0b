// Prints when schedules start by the library that Kubernetes' CronJob controller uses.
//
// Reads lines of JSON {cron, timeZone, after, until} (seconds since 1970) and answers each with a line: the starts in
// between, or the error that the library gives.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"
	_ "time/tzdata"

	"github.com/robfig/cron/v3"
)

type question struct {
	Cron     string `json:"cron"`
	TimeZone string `json:"timeZone"`
	After    int64  `json:"after"`
	Until    int64  `json:"until"`
}

type answer struct {
	Starts []int64 `json:"starts"`
	Error  string  `json:"error,omitempty"`
}

func starts(asked question) answer {
	schedule, err := cron.ParseStandard(fmt.Sprintf("TZ=%s %s", asked.TimeZone, asked.Cron))
	if err != nil {
		return answer{Starts: []int64{}, Error: err.Error()}
	}
	found := []int64{}
	for at := schedule.Next(time.Unix(asked.After, 0)); !at.IsZero() && at.Unix() < asked.Until; at = schedule.Next(at) {
		found = append(found, at.Unix())
	}
	return answer{Starts: found}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if err := out.Encode(starts(asked)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
}
