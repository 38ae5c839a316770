"""Puts a folder into a zip file as it is: zip-folder.py FOLDER FILE. Nothing is compressed, which would take ten times as long."""
import os
import sys
import zipfile

folder, file = sys.argv[1:]
with zipfile.ZipFile(file, 'w', zipfile.ZIP_STORED) as archive:
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            archive.write(path, os.path.relpath(path, folder))
