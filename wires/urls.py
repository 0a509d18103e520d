from django.urls import URLPattern

app_name = "wires"
urlpatterns: list[URLPattern] = []
