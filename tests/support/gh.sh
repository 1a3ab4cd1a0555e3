#!/bin/bash
# The calls of `gh` that the workflows make, and no others, on a repository in a file (gh.ts). jq speaks the language of
# gh's own --jq.
set -euo pipefail

repository=$1
call="$2 $3"
shift 3
: "${GH_TOKEN:?set GH_TOKEN}"

declare -A option=()
number=
while [ $# -gt 0 ]; do
  case $1 in
    --paginate | --silent) shift ;;
    --body-file | --comment | --field | --jq | --json | --limit | --method | --state | --title)
      option[$1]=$2
      shift 2
      ;;
    --*)
      echo "gh: no workflow used $1 yet" >&2
      exit 1
      ;;
    *)
      # The path of an API is the call's last word, wherever the options stand.
      if [ "${call%% *}" = api ]; then call="api $1"; else number=$1; fi
      shift
      ;;
  esac
done

# Changes the repository by a filter of jq. $body is the text of a file.
change() {
  local body=${option[--body-file]:-/dev/null} filter=$1
  shift
  jq --rawfile body "$body" "$@" "$filter" "$repository" > "$repository.new"
  mv "$repository.new" "$repository"
}

case $call in
  "issue list")
    jq --arg state "${option[--state]}" '[.issues[] | select(.state == $state)]' "$repository" | jq -r "${option[--jq]}"
    ;;
  "issue create")
    change '.issues += [{number: (.issues | length + 1), title: $title, body: $body, state: "open", said: []}]' \
      --arg title "${option[--title]}"
    ;;
  "issue edit")
    change '(.issues[] | select(.number == $number)).body = $body' --argjson number "$number"
    ;;
  "issue close")
    change '(.issues[] | select(.number == $number)) |= . + {state: "closed", said: [$comment]}' \
      --argjson number "$number" --arg comment "${option[--comment]}"
    ;;
  "pr comment")
    change '.comments += [{id: (.comments | length + 100), user: {type: "Bot"}, body: $body}]'
    ;;
  "api repos/$GH_REPO/issues/"*"/comments")
    jq .comments "$repository" | jq -r "${option[--jq]}"
    ;;
  "api repos/$GH_REPO/issues/comments/"*)
    [ "${option[--method]}" = PATCH ]
    option[--body-file]=${option[--field]#body=@}
    change '(.comments[] | select(.id == $id)).body = $body' --argjson id "${call##*/}"
    ;;
  *)
    echo "gh: no workflow called $call yet" >&2
    exit 1
    ;;
esac
