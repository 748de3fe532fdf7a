"""Addresses of the API: ``path("api/", include("voice2fa.api.urls"))``."""

from django.urls import include, path

from .views import (
    account,
    browsers,
    call_in,
    calls,
    codes,
    confirmations,
    first_phone,
    other_ways,
    phones,
    starts,
)

app_name = "voice2fa_api"

_v1 = [
    path("session/", account.SessionView.as_view(), name="session"),
    path("sessions/", account.SessionsView.as_view(), name="sessions"),
    path("register/", starts.RegisterView.as_view(), name="register"),
    path("login/", starts.LoginView.as_view(), name="login"),
    path("status/", calls.StatusView.as_view(), name="status"),
    path("code/", calls.CodeView.as_view(), name="code"),
    path("cancel/", calls.CancelView.as_view(), name="cancel"),
    path("resend/", calls.ResendView.as_view(), name="resend"),
    path("call-in/", call_in.CallInView.as_view(), name="call_in"),
    path("complete/", calls.CompleteView.as_view(), name="complete"),
    path("confirmations/", confirmations.ConfirmationsView.as_view(), name="confirmations"),
    path("other-ways/", other_ways.OtherWaysView.as_view(), name="other_ways"),
    path("other-ways/challenge/", other_ways.ChallengeView.as_view(), name="challenge"),
    path("other-ways/verify/", other_ways.VerifyView.as_view(), name="verify"),
    path("first-phone/", first_phone.FirstPhoneView.as_view(), name="first_phone"),
    path("first-phone/pass/", first_phone.PassView.as_view(), name="first_phone_pass"),
    path("first-phone/mail/", first_phone.MailView.as_view(), name="first_phone_mail"),
    path("first-phone/proof/", first_phone.ProofView.as_view(), name="first_phone_proof"),
    path("phones/", phones.PhonesView.as_view(), name="phones"),
    path("phones/<int:pk>/", phones.PhoneView.as_view(), name="phone"),
    path("languages/", phones.LanguagesView.as_view(), name="languages"),
    path("recovery-codes/", codes.RecoveryCodesView.as_view(), name="recovery_codes"),
    path("browsers/", browsers.BrowsersView.as_view(), name="browsers"),
    path("browsers/<int:pk>/", browsers.BrowserView.as_view(), name="browser"),
]

urlpatterns = [path("v1/", include(_v1))]
