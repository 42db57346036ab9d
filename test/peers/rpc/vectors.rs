// Usage: vectors vectors.json: runs the test vectors with the Rust client.

#[path = "../../../clients/rust/mqrpc.rs"]
mod mqrpc;

use mqrpc::{decode, encode, Json, Kind};

fn from_hex(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn text<'a>(vector: &'a Json, name: &str) -> &'a str {
    vector.get(name).and_then(Json::as_str).unwrap()
}

fn kind_of(vector: &Json) -> Kind {
    match text(vector, "kind") {
        "request" => Kind::Request,
        "reply" => Kind::Reply,
        _ => Kind::Dead,
    }
}

/// What is wrong, if anything is.
fn valid(vector: &Json) -> Result<(), String> {
    let (kind, header) = (kind_of(vector), vector.get("header").unwrap());
    let (data, body) = (from_hex(text(vector, "bytes")), from_hex(text(vector, "body")));
    let (decoded, rest) = decode(kind, &data).map_err(|error| error.to_string())?;
    let encoded = encode(kind, header, &body).map_err(|error| error.to_string())?;
    // Of equal headers in another order too: their canonical form is the same.
    if encode(kind, &decoded, rest).as_ref() != Ok(&encoded) {
        return Err("decodes to something else".to_string());
    }
    match (encoded == data) == (vector.get("canonical") == Some(&Json::Bool(true))) {
        true => Ok(()),
        false => Err("encodes to something else".to_string()),
    }
}

fn invalid(vector: &Json) -> Result<(), String> {
    let wanted = text(vector, "reason");
    match decode(kind_of(vector), &from_hex(text(vector, "bytes"))) {
        Ok(_) => Err("is taken".to_string()),
        Err(error) if error.reason != wanted => Err(format!("{} in place of {wanted}", error.reason)),
        Err(_) => Ok(()),
    }
}

fn main() {
    let path = std::env::args().nth(1).expect("the file of vectors");
    let vectors = Json::parse(&std::fs::read(path).unwrap()).unwrap();
    let (mut count, mut wrong) = (0, 0);
    for (list, run) in [("valid", valid as fn(&Json) -> Result<(), String>), ("invalid", invalid)] {
        let Some(Json::Array(items)) = vectors.get(list) else { panic!("no list of {list}") };
        for vector in items {
            count += 1;
            if let Err(problem) = run(vector) {
                wrong += 1;
                println!("{problem}: {}", text(vector, "name"));
            }
        }
    }
    println!("{count} vectors, {wrong} wrong");
}
