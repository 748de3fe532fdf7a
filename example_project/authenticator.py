"""Another factor beside the phone: an authenticator app (TOTP), by django-otp's own device."""

from base64 import b32encode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django_otp import verify_token
from django_otp.plugins.otp_totp.models import TOTPDevice

from voice2fa.web.decorators import voice_required


class AppForm(forms.Form):
    token = forms.CharField(
        label=gettext_lazy("Code from the app"),
        max_length=16,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


# A new factor is as good as a login: a session that was left open must not be enough to add one.
@never_cache
@login_required
@voice_required
@sensitive_variables()
def authenticator(request):
    """Show the secret of an app that is being set up, and take its first code."""
    if "start" in request.POST:
        TOTPDevice.objects.filter(user=request.user, confirmed=False).delete()
        TOTPDevice.objects.create(user=request.user, name=_("My app"), confirmed=False)
        return redirect("authenticator")
    devices = TOTPDevice.objects.filter(user=request.user).order_by("pk")
    new = devices.filter(confirmed=False).first()
    form = AppForm(request.POST or None)
    if new is not None and form.is_valid():
        if verify_token(request.user, new.persistent_id, form.cleaned_data["token"]):
            devices.filter(pk=new.pk).update(confirmed=True)
            messages.success(
                request, _("The app is set up. You can log in with it when your phone is not at hand.")
            )
            return redirect("account")
        form.add_error("token", _("That is not the code. Wait for the next one and try again."))
    secret = b32encode(new.bin_key).decode() if new else ""
    context = {
        "form": form,
        "new": new,
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "apps": devices.filter(confirmed=True),
    }
    return render(request, "authenticator.html", context)
