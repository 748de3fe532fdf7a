"""Who may register is for Django's own form to judge: the page and the API have the same rules."""

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.forms import UserCreationForm

User = get_user_model()


class ApplicantForm(UserCreationForm):  # type: ignore[type-arg, unused-ignore]
    """The fields of the site's user model, and the password."""

    class Meta:
        model = User
        fields = (User.USERNAME_FIELD, *User.REQUIRED_FIELDS)

    def applicant(self) -> AbstractBaseUser:
        """Return the user to be, unsaved, the password hashed."""
        user: AbstractBaseUser = self.save(commit=False)
        return user
