"""Bone measured on a picture at two energies: from attenuation to grams of mineral in a vertebra."""
