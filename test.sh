#!/usr/bin/env bash
# Installs what the tests need (Debian) and runs them; arguments go to go test.
set -euo pipefail
cd "$(dirname "$0")"

missing=()
need() { command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || missing+=("$2"); }
need chromium chromium
need gifsicle gifsicle
need djpeg libjpeg-turbo-progs
need pngcheck pngcheck
need zbarimg zbar-tools
need nginx nginx
need caddy caddy
need systemd-analyze systemd
need promtool prometheus
[ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || missing+=(fonts-noto-cjk)
if [ ${#missing[@]} -gt 0 ]; then
	echo "installing: ${missing[*]}"
	sudo=$([ "$(id -u)" = 0 ] || echo sudo)
	$sudo apt-get update -qq
	DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
	for server in nginx caddy prometheus; do # Debian starts what it installs; the tests start their own
		case " ${missing[*]} " in *" $server "*) $sudo systemctl disable --now --quiet "$server" 2>/dev/null || true ;; esac
	done
fi

# Tests need no profile; building everything once more by it takes minutes.
export GOFLAGS="${GOFLAGS:-} -pgo=off"
exec go test -shuffle=on -timeout 20m "$@" ./...
