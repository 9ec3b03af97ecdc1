package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help is what --help adds.
func (completionCommand) Help() string {
	return `Examples:
  source <(sluice completion bash)
  sluice completion zsh > "${fpath[1]}/_sluice"
  sluice completion fish > ~/.config/fish/completions/sluice.fish`
}

// Run prints the script.
func (c *completionCommand) Run(e *environment, k *kong.Kong) error {
	write := map[string]func([]completedCommand) string{
		"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion,
	}[c.Shell]
	if _, err := io.WriteString(e.stdout, write(completedCommands(k))); err != nil {
		return fmt.Errorf("write the script: %w", err)
	}
	return nil
}

// completedCommand is what a completion script knows of a command.
type completedCommand struct {
	name, help string
	flags      []completedFlag
	words      []string // values of its argument, when only these are allowed
	files      bool     // its argument is a file
}

// completedFlag is what a completion script knows of a flag.
type completedFlag struct {
	name, help, placeholder string
	isBool                  bool
	words                   []string // allowed values, or nil
	file                    bool
}

// completedCommands reads the model of the command line, so that scripts cannot
// fall behind it.
func completedCommands(k *kong.Kong) []completedCommand {
	var out []completedCommand
	for _, n := range k.Model.Children {
		c := completedCommand{name: n.Name, help: n.Help}
		for _, p := range n.Positional {
			c.words = allowed(p)
			c.files = c.files || p.Name == "FILE"
		}
		for _, group := range n.AllFlags(true) {
			for _, f := range group {
				c.flags = append(c.flags, completedFlag{
					name: f.Name, help: firstSentence(f.Help), placeholder: f.PlaceHolder,
					isBool: f.IsBool(), words: allowed(f.Value), file: f.PlaceHolder == "PATH",
				})
				if f.Tag.Negatable != "" {
					c.flags = append(c.flags, completedFlag{name: "no-" + f.Name, help: "Not: " + firstSentence(f.Help), isBool: true})
				}
			}
		}
		out = append(out, c)
	}
	return out
}

// allowed lists the values that a flag or an argument takes, nil when any will
// do. The tag choices is an enum that may also be left out.
func allowed(v *kong.Value) []string {
	for _, list := range []string{v.Enum, v.Tag.Get("choices")} {
		if list != "" {
			return strings.Split(list, ",")
		}
	}
	return nil
}

func firstSentence(help string) string {
	help, _, _ = strings.Cut(help, ". ")
	help, _, _ = strings.Cut(help, " (default")
	return strings.TrimSuffix(help, ".")
}

func bashCompletion(commands []completedCommand) string {
	var b, values, words strings.Builder
	var names []string
	for _, c := range commands {
		names = append(names, c.name)
		var flags []string
		for _, f := range c.flags {
			flags = append(flags, "--"+f.name)
			switch {
			case f.isBool:
			case f.words != nil:
				fmt.Fprintf(&values, "    %s/--%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", c.name, f.name, strings.Join(f.words, " "))
			case f.file:
				fmt.Fprintf(&values, "    %s/--%s) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n", c.name, f.name)
			default:
				fmt.Fprintf(&values, "    %s/--%s) return ;;\n", c.name, f.name)
			}
		}
		fmt.Fprintf(&words, "    %s) flags='%s' words='%s' ;;\n", c.name, strings.Join(flags, " "), strings.Join(c.words, " "))
	}
	list := strings.Join(names, " ")
	fmt.Fprintf(&b, `# bash completion for sluice
_sluice() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd= flags= words= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
    %s) cmd=${COMP_WORDS[i]}; break ;;
    esac
  done
  case $cmd/$prev in
%s  esac
  case $cmd in
    '') flags='--help' words='%s' ;;
%s  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  elif [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  else
    COMPREPLY=($(compgen -f -- "$cur"))
  fi
}
complete -o filenames -F _sluice sluice
`, strings.Join(names, "|"), values.String(), list, words.String())
	return b.String()
}

func zshCompletion(commands []completedCommand) string {
	var b strings.Builder
	b.WriteString("#compdef sluice\n# zsh completion for sluice\n_sluice() {\n  local -a commands\n  commands=(\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "    %s\n", quote(strings.ReplaceAll(c.name+":"+c.help, "\n", " ")))
	}
	b.WriteString("  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n" +
		"  local cmd=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $cmd in\n")
	escape := strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`, `:`, `\:`).Replace
	for _, c := range commands {
		fmt.Fprintf(&b, "    %s)\n      _arguments -s", c.name)
		for _, f := range c.flags {
			spec := "--" + f.name
			if !f.isBool {
				spec += "="
			}
			spec += "[" + escape(f.help) + "]"
			switch {
			case f.isBool:
			case f.words != nil:
				spec += ":" + escape(f.placeholder) + ":(" + strings.Join(f.words, " ") + ")"
			case f.file:
				spec += ":" + escape(f.placeholder) + ":_files"
			default:
				spec += ":" + escape(f.placeholder) + ": "
			}
			fmt.Fprintf(&b, " \\\n        %s", quote(spec))
		}
		switch {
		case c.words != nil:
			fmt.Fprintf(&b, " \\\n        %s", quote("1:value:("+strings.Join(c.words, " ")+")"))
		case c.files:
			fmt.Fprintf(&b, " \\\n        %s", quote("*:file:_files"))
		}
		b.WriteString("\n      ;;\n")
	}
	b.WriteString("  esac\n}\nif [[ $funcstack[1] == _sluice ]]; then\n  _sluice \"$@\"\nelse\n  compdef _sluice sluice\nfi\n")
	return b.String()
}

func fishCompletion(commands []completedCommand) string {
	var b strings.Builder
	b.WriteString("# fish completion for sluice\ncomplete -c sluice -f\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "complete -c sluice -n __fish_use_subcommand -a %s -d %s\n", c.name, fishQuote(c.help))
	}
	for _, c := range commands {
		start := "complete -c sluice -n '__fish_seen_subcommand_from " + c.name + "'"
		for _, f := range c.flags {
			fmt.Fprintf(&b, "%s -l %s", start, f.name)
			switch {
			case f.isBool:
			case f.words != nil:
				fmt.Fprintf(&b, " -x -a %s", fishQuote(strings.Join(f.words, " ")))
			case f.file:
				b.WriteString(" -r -F")
			default:
				b.WriteString(" -x")
			}
			fmt.Fprintf(&b, " -d %s\n", fishQuote(f.help))
		}
		switch {
		case c.words != nil:
			fmt.Fprintf(&b, "%s -a %s\n", start, fishQuote(strings.Join(c.words, " ")))
		case c.files:
			fmt.Fprintf(&b, "%s -F\n", start)
		}
	}
	return b.String()
}

// quote quotes for bash and zsh.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func fishQuote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
