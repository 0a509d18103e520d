from django.urls import path, re_path

from wires.api import views
from wires.api.classifier import Classifier
from wires.api.door import Nothing
from wires.api.exports import export
from wires.exporters import FORMATS
from wires.models.names import NAME

app_name = "api"
urlpatterns = [
    path("wires/", views.WireList.as_view(), name="wires"),
    # Whatever is not the spelling of a name finds no row, and is not looked for.
    re_path(rf"^wires/(?P<public_id>{NAME})/\Z", views.WireDetail.as_view(), name="wire"),
    path("changes/", views.ChangeList.as_view(), name="changes"),
    re_path(rf"^exports/wires\.(?P<name>{'|'.join(FORMATS)})\Z", export, name="export"),
    path("classifier/", Classifier.as_view(), name="classifier"),
    path("schema/", views.Schema.as_view(), name="schema"),
    # An address without its last slash is left to Django, which adds it. `.` is no line break.
    re_path(r"^(?:[\s\S]*/)?\Z", Nothing.as_view()),
]
