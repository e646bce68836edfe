"""What other parts of the session give: variables of the other kernel, installed packages."""

from .calls import HostError, wait_for


def get_js(name):
    """A variable of the JavaScript kernel as plain data. NameError if there is none, ValueError if it is no plain data;
    with a message for the user.
    """
    try:
        return wait_for('get_js', name)
    except HostError as error:
        kind, _, message = str(error).partition('\n')
        raise (NameError if kind == 'NameError' else ValueError)(message) from None


def install_packages(request):
    """Installs packages among the session's files; `InstallRequest` and `InstallResult` as JSON."""
    return wait_for('install_packages', request)
