"""A site that uses django-otp as its documentation says, and us."""

from django.http import HttpResponse
from django.urls import include, path
from django_otp.admin import OTPAdminSite
from django_otp.decorators import otp_required
from django_otp.views import LoginView

from voice2fa.web.otp_forms import VoiceAdminAuthenticationForm, VoiceAuthenticationForm

plain_admin = OTPAdminSite("plain")
voice_admin = OTPAdminSite("voice")
voice_admin.login_form = VoiceAdminAuthenticationForm


@otp_required(login_url="voice2fa:login")
def vault(request):
    return HttpResponse("the vault")


urlpatterns = [
    path("phone/", include("voice2fa.urls")),
    path("plain-admin/", plain_admin.urls),
    path("voice-admin/", voice_admin.urls),
    path("otp-login/", LoginView.as_view(template_name=plain_admin.login_template)),
    path(
        "voice-login/",
        LoginView.as_view(
            template_name=plain_admin.login_template, otp_authentication_form=VoiceAuthenticationForm
        ),
    ),
    path("vault/", vault),
    path("", lambda request: HttpResponse("home")),
]
