"""The two things setup.cfg cannot say; everything else stands there."""

import shutil

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py


class FreshBuild(build_py):
    """Builds from nothing: weights left in `build/` by an earlier build must not get into a wheel."""

    def run(self) -> None:
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


setup(
    packages=[*find_packages(include=["oiscan", "oiscan.*"]), "oiscan_models"],
    cmdclass={"build_py": FreshBuild},
)
