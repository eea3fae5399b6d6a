"""The sandbox: processes in which student code can harm nobody.

It knows no notebook, no judge and no course: what runs in it is a function by name.
"""
