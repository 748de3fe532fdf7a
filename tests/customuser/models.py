import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models


class Managers(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        user = self.model(email=email, **{"full_name": "Anna", **fields})
        user.set_password(password)
        user.save()
        return user


class Member(AbstractBaseUser, PermissionsMixin):
    """A user with a UUID for a key, an e-mail address for a name, and fields of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=50)
    born_on = models.DateField(null=True, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)

    objects = Managers()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name", "born_on"]

    def __str__(self):
        return self.email
