"""Addresses of the staff screens."""

from django.urls import path

from regulars.desk.web import account, branches, customers, insight, purchases, settings, staff, today

app_name = "desk"
urlpatterns = [
    path("", today.today, name="today"),
    path("sign-in/", account.sign_in_page, name="sign_in"),
    path("sign-out/", account.sign_out, name="sign_out"),
    path("join/<str:token>/", account.join, name="join"),
    path("welcome/", account.welcome, name="welcome"),
    path("account/", account.own_account, name="own_account"),
    path("account/password/", account.own_password, name="own_password"),
    path("customers/", customers.customers, name="customers"),
    path("customers/new/", customers.new_customer, name="new_customer"),
    path("customers/<str:id>/", customers.customer, name="customer"),
    path("customers/<str:id>/edit/", customers.edit_customer, name="edit_customer"),
    path("customers/<str:id>/contact-points/", customers.add_contact, name="add_contact_point"),
    path("customers/<str:id>/contact-points/<int:point>/remove/", customers.remove_contact, name="remove_contact_point"),
    path("customers/<str:id>/purchases/new/", purchases.new_purchase, name="new_purchase"),
    path("purchases/", purchases.purchases, name="purchases"),
    path("purchases/<str:id>/", purchases.purchase, name="purchase"),
    path("purchases/<str:id>/refund/", purchases.new_refund, name="new_refund"),
    path("insight/", insight.overview, name="insight"),
    path("insight/slipping-away/", insight.leaving, name="insight_leaving"),
    path("insight/slipping-away/export/", insight.export, name="insight_export"),
    path("insight/value/", insight.value, name="insight_value"),
    path("insight/trust/", insight.trust, name="insight_trust"),
    path("insight/refresh/", insight.refresh, name="insight_refresh"),
    path("insight/progress/", insight.progress, name="insight_progress"),
    path("settings/", settings.overview, name="settings"),
    path("settings/business/", settings.business, name="settings_business"),
    path("settings/authorisation/", settings.authorisation, name="authorisation"),
    path("settings/jobs/", settings.jobs, name="jobs"),
    path("settings/jobs/<int:job>/replay/", settings.replay_job, name="replay_job"),
    path("settings/branches/new/", branches.new_branch, name="new_branch"),
    path("settings/branches/<str:id>/", branches.branch, name="branch"),
    path("settings/branches/<str:id>/hours/", branches.opening_hours, name="opening_hours"),
    path("settings/holidays/", branches.holidays, name="holidays"),
    path("settings/holidays/<int:holiday>/remove/", branches.remove_holiday_page, name="remove_holiday"),
    path("settings/staff/", staff.people, name="staff"),
    path("settings/staff/<str:id>/", staff.employee, name="employee"),
    path("settings/staff/<str:id>/let-go/", staff.let_go_page, name="let_go"),
    path("settings/invitations/<str:id>/withdraw/", staff.withdraw, name="withdraw_invitation"),
    path("settings/keys/", staff.keys, name="keys"),
    path("settings/keys/<str:id>/revoke/", staff.revoke, name="revoke_key"),
]
