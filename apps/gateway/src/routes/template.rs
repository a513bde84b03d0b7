//! Path templates: `/pets/{id}`, `/files/{proxy+}`.

/// Names and values of a path's parameters.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// `text` with `{name}` replaced by the parameter's value; names that are not known stay.
    pub(crate) fn fill(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (name, value) in &self.0 {
            filled = filled.replace(&format!("{{{name}}}"), value);
        }
        filled
    }
}

pub(super) struct Template(Vec<Segment>);

enum Segment {
    Literal(String),
    One(String),
    Rest(String),
}

impl Template {
    pub(super) fn new(text: &str) -> Self {
        let segment = |part: &str| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => match name.strip_suffix('+') {
                Some(name) => Segment::Rest(name.to_owned()),
                None => Segment::One(name.to_owned()),
            },
            None => Segment::Literal(part.to_owned()),
        };
        Self(segments(text).map(segment).collect())
    }

    /// Whether the path fits; leaves the parameters if so.
    pub(super) fn fits(&self, path: &str, parameters: &mut Parameters) -> bool {
        let mut found = Vec::new();
        let mut parts = segments(path);
        for segment in &self.0 {
            match (segment, parts.next()) {
                (Segment::Literal(text), Some(part)) if text == part => {}
                (Segment::One(name), Some(part)) if !part.is_empty() => {
                    found.push((name.clone(), part.to_owned()));
                }
                (Segment::Rest(name), Some(part)) => {
                    let rest = parts.fold(part.to_owned(), |rest, part| rest + "/" + part);
                    // The root of an API is a path of its own, which `/{proxy+}` does not take.
                    if rest.is_empty() {
                        return false;
                    }
                    found.push((name.clone(), rest));
                    parameters.0 = found;
                    return true;
                }
                _ => return false,
            }
        }
        // A slash at the end changes nothing.
        let ended = matches!((parts.next(), parts.next()), (None | Some(""), None));
        if ended {
            parameters.0 = found;
        }
        ended
    }
}

fn segments(path: &str) -> std::str::Split<'_, char> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_leave_their_parameters() {
        for (template, path, filled) in [
            ("/pets/{id}", "/pets/7", Some("7")),
            ("/pets/{id}", "/pets/7/", Some("7")),
            ("/pets/{id}", "/pets", None),
            ("/pets/{id}", "/pets/", None),
            ("/pets/{id}", "/pets/7/toys", None),
            ("/{id+}", "/a/b/c", Some("a/b/c")),
            ("/{id+}", "/", None),
            ("/", "/", Some("{id}")),
        ] {
            let mut parameters = Parameters::default();
            let fits = Template::new(template).fits(path, &mut parameters);
            assert_eq!(
                fits.then(|| parameters.fill("{id}")).as_deref(),
                filled,
                "{template} {path}"
            );
        }
    }
}
