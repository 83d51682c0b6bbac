"""Profiles to classifications: what is this column, and what else stands in it?"""
