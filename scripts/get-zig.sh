#!/bin/sh
# Fetches Zig, which compiles the binaries for musl, into FOLDER, and prints the folder that the command lies in:
#   PATH="$(scripts/get-zig.sh FOLDER):$PATH"
set -eu
version=0.16.0
case "$(uname -m)" in
  x86_64) sum=70e49664a74374b48b51e6f3fdfbf437f6395d42509050588bd49abe52ba3d00 ;;
  aarch64) sum=ea4b09bfb22ec6f6c6ceac57ab63efb6b46e17ab08d21f69f3a48b38e1534f17 ;;
  *) echo "no checksum of Zig for $(uname -m): add one to $0" >&2 && exit 1 ;;
esac
name="zig-$(uname -m)-linux-$version"
curl --fail --silent --show-error --location --retry 3 --output "$1/$name.tar.xz" \
  "https://ziglang.org/download/$version/$name.tar.xz"
echo "$sum  $1/$name.tar.xz" | sha256sum --check --quiet >&2
tar -xJf "$1/$name.tar.xz" -C "$1"
rm "$1/$name.tar.xz"
echo "$1/$name"
