"""Addresses of the pages."""

from django.contrib.auth.decorators import login_not_required as open_to_all
from django.urls import path

from . import phones, remembering, starts, views

# Where LoginRequiredMiddleware guards the site, the way in must stay open.
urlpatterns = [
    path("login/", open_to_all(starts.LoginView.as_view()), name="login"),
    path("register/", open_to_all(starts.RegisterView.as_view()), name="register"),
    path("wait/", open_to_all(views.wait), name="wait"),
    path("status/", open_to_all(views.status), name="status"),
    path("complete/", open_to_all(views.complete), name="complete"),
    path("cancel/", open_to_all(views.cancel), name="cancel"),
    path("resend/", open_to_all(views.resend), name="resend"),
    path("code/", open_to_all(views.code), name="code"),
    path("done/", open_to_all(views.done), name="done"),
    path("browsers/", remembering.show, name="browsers"),
    path("browsers/forget/", remembering.forget_all, name="browsers_forget"),
    path("browsers/<int:pk>/forget/", remembering.forget, name="browser_forget"),
    path("phones/", phones.phones, name="phones"),
    path("phones/add/", phones.PhoneAddView.as_view(), name="phone_add"),
    path("phones/<int:pk>/remove/", phones.PhoneRemoveView.as_view(), name="phone_remove"),
]
