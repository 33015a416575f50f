#!/bin/sh
# Make a virtual environment with the first Python that will do: make_venv.sh FOLDER [PYTHON].
set -eu
folder=$1
wanted=${2:-}

will_do='import sys; sys.exit(sys.version_info < (3, 11))'
has_venv='import ensurepip, venv'

# A PYTHON that was asked for is the only candidate: using another one silently would surprise.
old=
bare=
for python in ${wanted:-python3 python3.13 python3.12 python3.11 python3.14 python}; do
    "$python" -c '' >/dev/null 2>&1 || continue
    if ! "$python" -c "$will_do"; then
        old="$old $python ($("$python" -c 'import platform; print(platform.python_version())'))"
    elif ! "$python" -c "$has_venv" 2>/dev/null; then
        bare=$python
    else
        rm -rf "$folder"
        "$python" -m venv "$folder"
        echo "Made $folder with $("$folder/bin/python" --version)."
        exit 0
    fi
done

if [ -n "$bare" ]; then
    version=$("$bare" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "$bare cannot make virtual environments: its modules venv and ensurepip are missing." >&2
    echo "On Debian and Ubuntu: apt-get install python$version-venv. Then run make again." >&2
elif [ -n "$old" ]; then
    echo "Ekachit needs Python 3.11 or newer; found only:$old." >&2
    echo "Install a newer one, or name it: make PYTHON=/path/to/python3.11" >&2
else
    echo "No Python found${wanted:+ at $wanted}. Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3.11" >&2
fi
exit 1
