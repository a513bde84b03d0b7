//! Schemas, values, codecs and constraints of the AWS wire protocols.
