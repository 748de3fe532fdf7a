"""The addresses of the example site, and the way behind the scenes."""

from example_project.urls import urlpatterns as example_urlpatterns

from .backstage import urlpatterns as backstage_urlpatterns

urlpatterns = [*example_urlpatterns, *backstage_urlpatterns]
