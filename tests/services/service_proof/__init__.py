"""Did it arrive?"""
