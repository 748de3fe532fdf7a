"""Addresses of the pages."""

from django.apps import apps
from django.contrib.auth.decorators import login_not_required as open_to_all
from django.urls import path
from django.views.i18n import JavaScriptCatalog

from . import (
    call_in,
    confirming,
    disowning,
    first_phone,
    other_ways,
    phones,
    recovery,
    remembering,
    starts,
    views,
)

# Where LoginRequiredMiddleware guards the site, the way in must stay open.
urlpatterns = [
    path("login/", open_to_all(starts.LoginView.as_view()), name="login"),
    path("register/", open_to_all(starts.RegisterView.as_view()), name="register"),
    path("wait/", open_to_all(views.wait), name="wait"),
    path("status/", open_to_all(views.status), name="status"),
    path("complete/", open_to_all(views.complete), name="complete"),
    path("cancel/", open_to_all(views.cancel), name="cancel"),
    path("resend/", open_to_all(views.resend), name="resend"),
    path("call-in/", open_to_all(call_in.call_in), name="call_in"),
    path("code/", open_to_all(views.code), name="code"),
    path("done/", open_to_all(views.done), name="done"),
    path("other-ways/", open_to_all(other_ways.OtherWaysView.as_view()), name="other_ways"),
    path("confirm/", confirming.ConfirmView.as_view(), name="confirm"),
    path("confirm/send-again/", confirming.send_again, name="send_again"),
    path("recovery-codes/", recovery.RecoveryCodesView.as_view(), name="recovery_codes"),
    path("browsers/", remembering.show, name="browsers"),
    path("browsers/forget/", remembering.forget_all, name="browsers_forget"),
    path("browsers/<int:pk>/forget/", remembering.forget, name="browser_forget"),
    path("first-phone/", open_to_all(first_phone.FirstPhoneView.as_view()), name="first_phone"),
    path("first-phone/password/", first_phone.PasswordView.as_view(), name="first_phone_password"),
    path("first-phone/proof/", open_to_all(first_phone.proof), name="first_phone_proof"),
    path("first-phone/mail/", open_to_all(first_phone.mail), name="first_phone_mail"),
    path("first-phone/link/", open_to_all(first_phone.go_on), name="first_phone_go_on"),
    path("first-phone/link/<str:secret>/", open_to_all(first_phone.link), name="first_phone_link"),
    path("phones/", phones.phones, name="phones"),
    path("phones/add/", phones.PhoneAddView.as_view(), name="phone_add"),
    path("phones/<int:pk>/rename/", phones.PhoneRenameView.as_view(), name="phone_rename"),
    path("phones/<int:pk>/language/", phones.PhoneLanguageView.as_view(), name="phone_language"),
    path("phones/<int:pk>/prefer/", phones.PhonePreferView.as_view(), name="phone_prefer"),
    path("phones/<int:pk>/remove/", phones.PhoneRemoveView.as_view(), name="phone_remove"),
    path("disown/<str:token>/", open_to_all(disowning.disown), name="disown"),
    path("disowned/", open_to_all(disowning.disowned), name="disowned"),
]

if apps.is_installed("django_otp_webauthn"):
    from . import passkeys

    words = JavaScriptCatalog.as_view(packages=["django_otp_webauthn"])
    urlpatterns += [
        path("passkey/begin/", open_to_all(passkeys.PasskeyBeginView.as_view()), name="passkey_begin"),
        path(
            "passkey/complete/", open_to_all(passkeys.PasskeyCompleteView.as_view()), name="passkey_complete"
        ),
        path("passkey/words/", open_to_all(words), name="passkey_words"),
    ]
